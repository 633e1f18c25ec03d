// Comfort only: a filter over long lists, sorting of tables, a crosshair and a zoom on charts, a
// search over names. Every control is made here, so that a page without the script has no dead button.
(() => {
  "use strict";
  const words = (document.currentScript || {}).dataset || {};
  const root = words.root || "";
  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };
  const isTyping = (event) => /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);

  // Filter: rows whose text holds every word stay; folds open while there is something to find.
  const rows = [...document.querySelectorAll(".items > li, tbody > tr")];
  const folds = [...document.querySelectorAll("main details")].filter((fold) => fold.querySelector("tbody"));
  const heading = document.querySelector("h1");
  if (rows.length > 20 && heading && !document.querySelector("svg.chart")) {
    const label = make("label", "filter", words.filter || "Filter");
    const input = make("input");
    const count = make("span", "where");
    input.type = "search";
    count.setAttribute("role", "status");
    label.append(input, count);
    (document.querySelector(".jump") || document.querySelector(".lead") || heading).after(label);
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const wasOpen = folds.map((fold) => fold.open);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row, index) => {
        row.hidden = !wanted.every((word) => texts[index].includes(word));
      });
      folds.forEach((fold, index) => {
        const found = fold.querySelector("tbody > tr:not([hidden])");
        fold.hidden = !found;
        fold.open = wanted.length ? Boolean(found) : wasOpen[index];
      });
      const left = rows.filter((row) => !row.hidden).length;
      count.textContent = wanted.length ? ` ${left} / ${rows.length}` : "";
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

  // Charts: the nearest run's text under the chart, by pointer or by arrow keys; a range by dragging or
  // by buttons. x is mapped anew in place, so strokes and letters keep their size.
  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key of Object.keys(attributes)) element.setAttribute(key, attributes[key]);
    return element;
  };
  for (const chart of document.querySelectorAll("svg.chart.wide")) {
    const layer = chart.querySelector(".points");
    const points = [...chart.querySelectorAll(".points title")].map((title) => {
      const circle = title.parentNode.querySelector("circle");
      return { x: circle.cx.baseVal.value, text: title.textContent, link: title.parentNode, circle };
    });
    const axis = chart.querySelector("line.axis");
    if (!points.length || !layer || !axis) continue;
    const left = axis.x1.baseVal.value, right = axis.x2.baseVal.value;
    const top = 36, bottom = axis.y1.baseVal.value;
    const readout = make("p", "readout");
    readout.setAttribute("role", "status");
    const line = svg("line", { class: "cross", y1: top, y2: bottom, visibility: "hidden" });
    chart.insertBefore(line, layer);
    chart.after(readout);
    chart.setAttribute("tabindex", "0");
    let range = [left, right], nearest = null;
    const map = (x) => left + (x - range[0]) / (range[1] - range[0]) * (right - left);
    const show = (point) => {
      nearest = point;
      line.setAttribute("visibility", point ? "visible" : "hidden");
      readout.textContent = point ? point.text : "";
      if (!point) return;
      line.setAttribute("x1", map(point.x));
      line.setAttribute("x2", map(point.x));
    };

    // What moves: everything but the axis' own lines and labels.
    const moving = [...chart.querySelectorAll("circle, rect, path, line, text")].filter((part) =>
      !part.matches(".hair, .axis[x2='" + axis.getAttribute("x2") + "'], .cross")
      && !(part.tagName === "text" && part.x.baseVal[0].value < left && part.getAttribute("text-anchor") !== "middle"));
    const clip = svg("clipPath", { id: "zoom" });
    clip.append(svg("rect", { x: left, y: 0, width: right - left, height: chart.viewBox.baseVal.height }));
    chart.prepend(clip);
    const was = moving.map((part) => {
      const values = {};
      for (const key of ["x", "cx", "x1", "x2", "width", "d"]) {
        if (part.hasAttribute(key)) values[key] = part.getAttribute(key);
      }
      return values;
    });
    const moved = (commands) => commands.replace(/([ML])(-?[\d.]+)|H(-?[\d.]+)/g, (all, command, x, along) =>
      command ? command + map(Number(x)).toFixed(1) : "H" + map(Number(along)).toFixed(1));
    const draw = () => {
      const isWhole = range[0] === left && range[1] === right;
      moving.forEach((part, index) => {
        const old = was[index];
        if (isWhole) {
          for (const key of Object.keys(old)) part.setAttribute(key, old[key]);
          part.removeAttribute("clip-path");
          part.removeAttribute("visibility");
          return;
        }
        if (old.d) part.setAttribute("d", moved(old.d));
        for (const key of ["x", "cx", "x1", "x2"]) {
          if (old[key]) part.setAttribute(key, map(Number(old[key])).toFixed(1));
        }
        if (old.width) {
          const end = map(Number(old.x) + Number(old.width));
          part.setAttribute("width", Math.max(end - map(Number(old.x)), 0.1).toFixed(1));
        }
        if (part.tagName === "text") {
          const x = map(Number(old.x));
          part.setAttribute("visibility", x < left || x > right ? "hidden" : "visible");
        } else {
          part.setAttribute("clip-path", "url(#zoom)");
        }
      });
      show(null);
    };
    const zoom = (from, to) => {
      range = to - from < 12 ? [left, right] : [Math.max(from, left), Math.min(to, right)];
      buttons.querySelectorAll("button").forEach((button) => {
        button.setAttribute("aria-pressed", String(Number(button.value) === (range[0] === left ? 0 : -1)));
      });
      draw();
    };
    const buttons = make("p", "zoom");
    const add = (text, value, action) => {
      const button = make("button", "", text);
      button.type = "button";
      button.value = value;
      button.addEventListener("click", () => {
        action();
        buttons.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
      });
      buttons.append(button);
    };
    add(words.all || "All", 0, () => zoom(left, right));
    for (const count of [30, 10]) {
      if (points.length <= count) continue;
      add((words.newest || "Newest {n}").replace("{n}", count), count,
        () => zoom((points[points.length - count].x + points[points.length - count - 1].x) / 2, right));
    }
    if (buttons.children.length > 1) chart.before(buttons);
    buttons.firstChild.setAttribute("aria-pressed", "true");

    const at = (event) => {
      const box = chart.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * chart.viewBox.baseVal.width;
      return range[0] + (x - left) / (right - left) * (range[1] - range[0]);
    };
    const inRange = () => points.filter((point) => point.x >= range[0] && point.x <= range[1]);
    let start = null;
    const shade = svg("rect", { class: "range", y: top, height: bottom - top, visibility: "hidden", "fill-opacity": ".2" });
    chart.insertBefore(shade, layer);
    chart.addEventListener("pointerdown", (event) => {
      if (event.button === 0) start = at(event);
    });
    chart.addEventListener("dragstart", (event) => event.preventDefault());
    chart.addEventListener("pointermove", (event) => {
      const x = at(event);
      const near = inRange();
      if (near.length) show(near.reduce((a, b) => Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a));
      if (start === null || Math.abs(map(x) - map(start)) < 6) return;
      shade.setAttribute("x", Math.min(map(start), map(x)));
      shade.setAttribute("width", Math.abs(map(x) - map(start)));
      shade.setAttribute("visibility", "visible");
    });
    window.addEventListener("pointerup", (event) => {
      if (start !== null && shade.getAttribute("visibility") === "visible") {
        const ends = [start, at(event)].sort((a, b) => a - b);
        const suppress = (click) => click.preventDefault();
        chart.addEventListener("click", suppress, { once: true, capture: true });
        setTimeout(() => chart.removeEventListener("click", suppress, { capture: true }), 0);
        zoom(ends[0], ends[1]);
      }
      shade.setAttribute("visibility", "hidden");
      start = null;
    });
    chart.addEventListener("pointerleave", () => show(null));
    chart.addEventListener("dblclick", () => zoom(left, right));
    chart.addEventListener("blur", () => show(null));
    chart.addEventListener("keydown", (event) => {
      const near = inRange();
      const place = nearest ? near.indexOf(nearest) : near.length;
      const next = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: near.length - 1 }[event.key];
      if (next !== undefined && near.length) {
        event.preventDefault();
        show(near[Math.min(Math.max(next, 0), near.length - 1)]);
      } else if (event.key === "Enter" && nearest && nearest.link.href) {
        location.href = nearest.link.href.baseVal;
      } else if (event.key === "Escape") {
        zoom(left, right);
      }
    });
  }

  // Search over all names of the site: the list is a file of its own, loaded when it is wanted.
  const nav = document.querySelector(".top nav");
  if (nav && words.names) {
    const label = make("label", "search", words.search || "Search");
    const input = make("input");
    const found = make("ul", "found");
    input.type = "search";
    found.hidden = true;
    label.append(input);
    nav.after(label, found);
    let names = null;
    const list = () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      found.replaceChildren();
      found.hidden = !wanted.length || !names;
      if (found.hidden) return;
      const hits = [];
      for (const entry of names) {
        const text = (entry[0] + " " + entry[1]).toLowerCase();
        if (wanted.every((word) => text.includes(word)) && hits.push(entry) === 20) break;
      }
      for (const [name, place, href] of hits) {
        const item = make("li");
        const link = make("a", "", name);
        link.href = root + href;
        link.dir = "auto";
        item.append(link, " ", make("span", "where", place));
        found.append(item);
      }
      if (!hits.length) found.append(make("li", "where", words.nothing || "Nothing found"));
    };
    input.addEventListener("focus", () => {
      if (names || document.querySelector("script[src$='names.js']")) return;
      window.tidemarkNames = (all) => {
        names = all;
        list();
      };
      const script = make("script");
      script.src = root + "names.js";
      document.head.append(script);
    });
    input.addEventListener("input", list);
    const move = (event) => {
      const links = [...found.querySelectorAll("a")];
      const place = links.indexOf(document.activeElement);
      if (event.key === "Escape") {
        input.value = "";
        list();
        input.focus();
      } else if (event.key === "ArrowDown" && links.length) {
        event.preventDefault();
        links[Math.min(place + 1, links.length - 1)].focus();
      } else if (event.key === "ArrowUp" && place >= 0) {
        event.preventDefault();
        (place ? links[place - 1] : input).focus();
      } else if (event.key === "Enter" && event.target === input && links.length) {
        links[0].click();
      }
    };
    input.addEventListener("keydown", move);
    found.addEventListener("keydown", move);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event)) return;
      event.preventDefault();
      input.focus();
    });
  }
})();
