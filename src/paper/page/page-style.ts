/** Of the page of reports: for wide and narrow screens, light and dark ones, and paper. Pictures stay on white. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1c1c1e; --soft: #5c5c66; --line: #d4d4dc; --back: #fff; --shade: #f3f3f7; --link: #0058a3; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8ee; --soft: #a6a6b2; --line: #44444e; --back: #17171a; --shade: #222228; --link: #7ab8f5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .25rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
a { color: var(--link); }
nav ol { padding-left: 1.4rem; }
section { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 1.5rem; }
.source, figcaption, footer { color: var(--soft); font-size: .92rem; }
.source { margin: 0 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { padding: .25rem .55rem; text-align: right; white-space: nowrap; }
th:first-child { text-align: left; padding-left: .25rem; }
thead th { white-space: normal; border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody th { font-weight: 400; }
.plain { white-space: normal; }
.plain td, .plain th { text-align: left; white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.plain th { white-space: nowrap; color: var(--soft); }
figure { margin: 1.5rem 0; }
figure svg { display: block; max-width: 100%; min-width: 34rem; height: auto; border: 1px solid var(--line); border-radius: 4px; background: #fff; }
figcaption { margin-top: .4rem; }
pre { background: var(--shade); border: 1px solid var(--line); border-radius: 4px; padding: .6rem .8rem; white-space: pre-wrap; overflow-x: auto; font-size: .9rem; }
pre span, thead span { white-space: nowrap; }
pre code { user-select: all; -webkit-user-select: all; }
@media print {
  :root { --text: #000; --soft: #444; --line: #bbb; --back: #fff; --shade: #fff; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  figure, tr, pre { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  figure svg { min-width: 0; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding: .15rem .4rem; }
}
`;
