/// The stylesheet of ``JenkinsPage``. Colours have a contrast of at least 4.5 on both of their
/// backgrounds; none stands without a glyph and a word.
enum JenkinsStyle {
  static let css = """
    :root {
      color-scheme: light dark;
      --bg: #ffffff; --surface: #f4f6f8; --ink: #1b1f24; --muted: #57606a; --link: #0a4f9e;
      --axis: #767f8a; --rule: #d5dae0; --band: #dde3ea; --worse: #b3261e; --suspect: #855600;
      --better: #0a5fb4; --worse-bg: #fdecea; --suspect-bg: #fff3d1;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --bg: #0f1419; --surface: #171d24; --ink: #e6edf3; --muted: #a0a9b5; --link: #7db9ff;
        --axis: #76808c; --rule: #303842; --band: #26303a; --worse: #ff8f85; --suspect: #e3b341;
        --better: #6cb6ff; --worse-bg: #3a1614; --suspect-bg: #322604;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: 1rem; max-width: 75rem; background: var(--bg); color: var(--ink);
      font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word;
    }
    h1 { margin: .5rem 0; font-size: 1.5rem; line-height: 1.25; font-weight: 600; }
    h2 { margin: 0; font-size: 1.1875rem; line-height: 1.625rem; font-weight: 600; }
    h3 { margin: .75rem 0 .25rem; font-size: 1rem; font-weight: 600; }
    p { margin: .25rem 0; max-width: 70ch; }
    section { margin-block-start: 2rem; }
    section > h2 { margin-block-end: .5rem; }
    a { color: var(--link); }
    :focus-visible { outline: 3px solid #ffdd00; box-shadow: 0 0 0 5px var(--ink); }
    code, pre { font-family: ui-monospace, monospace; font-size: .875rem; }
    pre {
      margin: .5rem 0; padding: .75rem; background: var(--surface); white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    .muted { color: var(--muted); font-size: .875rem; line-height: 1.25rem; }
    .verdict { padding: .75rem 1rem; border-inline-start: 4px solid var(--axis); background: var(--surface); }
    .verdict.worse { border-color: var(--worse); background: var(--worse-bg); color: var(--worse); }
    .verdict.suspect { border-color: var(--suspect); background: var(--suspect-bg); color: var(--suspect); }
    .worse { color: var(--worse); }
    .suspect { color: var(--suspect); }
    .better { color: var(--better); }
    .count { color: var(--muted); font-weight: 400; }
    .figures { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: 1rem 0; }
    .figures div { display: flex; flex-direction: column; }
    .figures dd { margin: 0; font-size: 2.25rem; line-height: 2.5rem; font-variant-numeric: tabular-nums; }
    .figures dt { order: 2; color: var(--muted); font-size: .875rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; }
    caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    th, td {
      padding: .5rem .75rem .5rem 0; border-block-end: 1px solid var(--rule); vertical-align: top;
      text-align: start; font-weight: 400; min-width: 7rem; max-width: 28rem; overflow-wrap: anywhere;
    }
    thead th { color: var(--muted); font-size: .875rem; white-space: nowrap; }
        ul { margin: .25rem 0; padding-inline-start: 1.25rem; }
    details { margin-block: .25rem; }
    summary { cursor: pointer; min-height: 1.75rem; }
    summary h2 { display: inline; }
    .spark { display: block; margin-block-start: .25rem; }
    .spark .band { fill: var(--band); stroke: var(--axis); stroke-width: .5; }
    .spark .line { stroke: var(--ink); stroke-width: 1.5; }
    .spark .last { fill: var(--ink); }
    footer { margin-block-start: 2rem; padding-block-start: .5rem; border-block-start: 1px solid var(--rule); }
    @media (max-width: 480px) {
      body { padding: .75rem; }
      .figures { gap: .5rem 1.5rem; }
      .figures dd { font-size: 1.75rem; line-height: 2rem; }
      thead { display: none; }
      table, tbody, tr, tbody th, td { display: block; max-width: none; border: 0; padding: .125rem 0; }
      tr { padding-block: .75rem; border-block-end: 1px solid var(--rule); }
      td::before { content: attr(data-label) ": "; color: var(--muted); font-size: .875rem; }
    }
    @media print {
      details > * { display: block; }
      tr { break-inside: avoid; }
    }

    """
}
