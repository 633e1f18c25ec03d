// Comfort only: a filter over long lists, sorting of tables, a crosshair on charts. Every control
// is made here, so that a page without the script has no dead button.
(() => {
  "use strict";
  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };

  // Filter: rows whose text holds every word stay; folds open while there is something to find.
  const rows = [...document.querySelectorAll(".items > li, tbody > tr")];
  const folds = [...document.querySelectorAll("main details")].filter((fold) => fold.querySelector("tbody"));
  const heading = document.querySelector("h1");
  if (rows.length > 20 && heading) {
    const label = make("label", "filter", "Filter");
    const input = make("input");
    input.type = "search";
    label.append(input);
    (document.querySelector(".jump, .lead") || heading).after(label);
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const wasOpen = folds.map((fold) => fold.open);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row, index) => {
        row.hidden = !words.every((word) => texts[index].includes(word));
      });
      folds.forEach((fold, index) => {
        const found = fold.querySelector("tbody > tr:not([hidden])");
        fold.hidden = !found;
        fold.open = words.length ? Boolean(found) : wasOpen[index];
      });
    });
  }

  // Sorting: by number where both cells begin with one, else as text; a third click restores.
  const number = (text) => {
    const found = text.replace(/,/g, "").replace("\u2212", "-").match(/[+-]?\d+(\.\d+)?/);
    if (!found || found.index > 1) return null;
    const unit = text.replace(/^[^a-zµ%]*/i, "").trim().split(/\s/)[0];
    const factors = { ns: 1e-9, "µs": 1e-6, ms: 1e-3, KiB: 1024, MiB: 1048576, GiB: 1073741824 };
    return Number(found[0]) * (factors[unit] || 1);
  };
  const compare = (a, b) => {
    const x = number(a), y = number(b);
    if (x !== null && y !== null) return x - y;
    if (x !== null || y !== null) return x === null ? 1 : -1;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  for (const table of document.querySelectorAll("main table")) {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 3) continue;
    const original = [...body.rows];
    for (const head of table.tHead.rows[0].cells) {
      if (head.tagName !== "TH") continue;
      const button = make("button", "sort");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" };
        const order = next[head.getAttribute("aria-sort") || "none"];
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        if (order === "none") return body.append(...original);
        head.setAttribute("aria-sort", order);
        const text = (row) => (row.cells[head.cellIndex] || row).textContent.trim();
        const sorted = [...original].sort((a, b) => compare(text(a), text(b)));
        body.append(...(order === "descending" ? sorted.reverse() : sorted));
      });
    }
  }

  // Crosshair: the nearest run's text under the chart.
  for (const chart of document.querySelectorAll("svg.chart.wide")) {
    const points = [...chart.querySelectorAll(".points title")].map((title) => {
      const circle = title.parentNode.querySelector("circle");
      return { x: circle.cx.baseVal.value, text: title.textContent };
    });
    if (!points.length) continue;
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("class", "cross");
    line.setAttribute("y1", "40");
    line.setAttribute("y2", "226");
    line.setAttribute("visibility", "hidden");
    chart.insertBefore(line, chart.querySelector(".points"));
    const readout = make("p", "readout");
    readout.setAttribute("aria-hidden", "true");
    chart.after(readout);
    chart.addEventListener("pointermove", (event) => {
      const box = chart.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * 720;
      const nearest = points.reduce((a, b) => Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a);
      line.setAttribute("x1", nearest.x);
      line.setAttribute("x2", nearest.x);
      line.setAttribute("visibility", "visible");
      readout.textContent = nearest.text;
    });
    chart.addEventListener("pointerleave", () => {
      line.setAttribute("visibility", "hidden");
      readout.textContent = "";
    });
  }
})();
