// SPDX-License-Identifier: Apache-2.0
// The style sheet of report.html. Colours are Okabe and Ito's, which people with the common colour
// blindnesses can tell apart; light, dark and print differ only in the variables at the top.
#include "cli/report_html.h"

const char *const nacrei_report_style[] = {
    ":root{color-scheme:light dark;--paper:#fff;--card:#f6f7f8;--ink:#1b1f24;--soft:#5a6470;"
    "--grid:#e3e6ea;--rule:#c9ced5;--line:#0072b2;--range:#56b4e9;--alarm:#e69f00;--bar:#0072b2;"
    "--informed:#d55e00;--volatility:#cc79a7;--volume:#009e73;--calm:#8a939e;--crash:#1b1f24;"
    "--mass:#9fcbe8;--risk:#e69f00}\n",
    "@media (prefers-color-scheme:dark){:root{--paper:#14171b;--card:#1d2127;--ink:#e8eaed;"
    "--soft:#a2abb6;--grid:#2a3038;--rule:#414954;--line:#56b4e9;--range:#3a7ea6;--alarm:#e69f00;"
    "--bar:#56b4e9;--informed:#ff8a3d;--volatility:#e29fc5;--volume:#2fc79a;--calm:#8a939e;"
    "--crash:#f2f3f5;--mass:#2f5f7d;--risk:#e69f00}}\n",
    "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\n",
    "main{max-width:1064px;margin:0 auto;padding:32px 32px 64px}"
    "h1{font-size:28px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}"
    "h2{font-size:23px;margin:56px 0 2px;padding-top:24px;border-top:1px solid var(--rule)}"
    "h3{font-size:17px;margin:32px 0 8px}p{margin:8px 0;max-width:72ch}"
    ".lead{color:var(--soft);margin:0 0 20px;max-width:none}"
    "a{color:var(--line)}code{font:13px/1.4 ui-monospace,'DejaVu Sans Mono',Menlo,monospace;"
    "overflow-wrap:anywhere}\n",
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:10px;"
    "margin:16px 0;padding:0}.figures div{background:var(--card);border-radius:8px;"
    "padding:11px 14px 10px}.figures dt{color:var(--soft);font-size:13px}"
    ".figures dd{margin:0;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums;"
    "line-height:1.3}.figures .none{font-size:17px;line-height:28px}.figures "
    "small{display:block;color:var(--soft);font-size:12.5px;"
    "font-weight:400;line-height:1.35}\n",
    "figure{margin:26px 0;break-inside:avoid}figcaption{font-size:14px;color:var(--soft);"
    "margin-bottom:6px}figcaption strong{color:var(--ink);font-size:15px;margin-right:6px}"
    "svg{display:block;width:100%;height:auto;overflow:visible}.narrow{display:none}"
    "svg text{font-family:inherit;font-size:11.5px;fill:var(--soft)}svg .day{fill:var(--ink)}"
    "svg .axis{font-size:11.5px}svg path{fill:none;vector-effect:non-scaling-stroke}"
    "svg .grid{stroke:var(--grid)}svg .session{stroke:var(--grid)}svg .notch,svg .base{"
    "stroke:var(--rule)}svg .line{stroke:var(--line);stroke-width:1.6;stroke-linejoin:round;"
    "stroke-linecap:round}svg .range{fill:var(--range);opacity:.35}svg "
    ".rule{stroke:var(--informed);"
    "stroke-dasharray:5 4}svg .alarm{fill:var(--alarm);opacity:.34}svg .bar{fill:var(--bar)}"
    "svg .zone{fill:transparent}svg .zone:hover{fill:var(--ink);opacity:.07}\n",
    ".ep-informed{fill:var(--informed)}.ep-volatility{fill:var(--volatility)}"
    ".ep-volume{fill:var(--volume)}.ep-calm{fill:var(--calm)}.ep-crash{fill:var(--crash)}"
    ".legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13.5px;color:var(--soft);"
    "margin:10px 0 0;padding:0;list-style:none}.legend svg{display:inline-block;width:18px;"
    "height:10px;margin-right:6px}\n",
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:14px;margin:8px 0;"
    "font-variant-numeric:tabular-nums}th,td{text-align:left;padding:5px 18px 5px 0;"
    "border-bottom:1px solid var(--grid);vertical-align:top;white-space:nowrap}"
    "th{font-weight:600;color:var(--soft)}td.n,th.n{text-align:right}td.wrap{white-space:normal;"
    "min-width:24ch}.flag{border-left:4px solid var(--alarm);background:var(--card);"
    "padding:8px 14px;border-radius:0 6px 6px 0}.flag "
    "code{white-space:nowrap}.note{color:var(--soft);font-size:14px}"
    "details{margin:14px 0}summary{cursor:pointer;font-weight:600}"
    "footer{margin-top:56px;padding-top:16px;border-top:1px solid var(--rule);color:var(--soft);"
    "font-size:13.5px}\n",
    // The desk's pages. Policies differ by dash as well as by colour, for print.
    ".toc{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:14px;margin:0 0 8px}"
    "h4{font-size:14px;font-weight:600;margin:0 0 4px}.trio{display:grid;gap:20px;"
    "grid-template-columns:repeat(auto-fit,minmax(270px,1fr))}.trio>div{max-width:360px}"
    "svg .ink{fill:var(--ink)}svg .head{fill:var(--ink);font-weight:600}"
    "svg .first,svg .gain{fill:var(--bar)}svg .second{fill:var(--risk)}svg .hit{fill:"
    "var(--informed);stroke:var(--ink);stroke-width:1.5}svg .mass{fill:var(--mass)}svg "
    ".sure{fill:var(--informed);opacity:.3}"
    "svg .past{stroke:var(--ink);stroke-width:1.1}svg .rug{stroke:var(--ink);opacity:.75}"
    "svg .mark{stroke:var(--informed);stroke-width:1.3}svg .limit{stroke:var(--ink);"
    "stroke-width:1.5}svg .shortfall{stroke:var(--soft);stroke-dasharray:2 3}"
    "svg path.whisker{stroke:var(--line);stroke-width:1.5}svg circle.whisker{fill:var(--line)}"
    "svg .factor,svg .noise,svg .got{stroke-width:5;stroke-linecap:round}"
    "svg .factor{stroke:var(--informed)}svg .noise{stroke:var(--calm);stroke-width:4}"
    "svg .got{stroke:var(--ink);opacity:.6}svg .walk-0,svg .walk-1,svg .walk-2{"
    "stroke-width:1.7;stroke-linejoin:round}svg .walk-0{stroke:var(--informed)}svg .walk-1{"
    "stroke:var(--line)}svg .walk-2{stroke:var(--volume)}svg .walk-0:not(.said){"
    "stroke-dasharray:6 3}svg .walk-2:not(.said){stroke-dasharray:2 2.5}svg .said{"
    "stroke-width:2}.legend svg{overflow:visible}"
    "tfoot th,tfoot td{border-top:1px solid var(--rule);font-weight:600;color:var(--ink)}"
    "tr.hit{background:var(--card)}tr.hit td:last-child{color:var(--informed);font-weight:600}"
    ".desk>h2:first-child{margin-top:20px}.desk .lead,.facts td{overflow-wrap:anywhere}"
    ".desk td.wrap{min-width:16ch}.desk thead th{vertical-align:bottom}.desk thead "
    "th.n{white-space:normal;max-width:13ch}"
    "\n",
    "@media (max-width:640px){main{padding:20px 16px 40px}h1{font-size:24px}.wide{display:none}"
    ".narrow{display:block}.figures{grid-template-columns:repeat(2,1fr)}.figures dd{font-size:19px}"
    "svg text,svg .axis{font-size:11px}th,td{padding-right:14px}.facts td.wrap{min-width:0}}\n",
    "@media print{:root{--paper:#fff;--card:#f4f4f4;--ink:#000;--soft:#444;--grid:#ddd;"
    "--rule:#bbb;--line:#0072b2;--range:#56b4e9;--bar:#0072b2;--crash:#000}main{max-width:none;"
    "padding:0}.wide{display:block}.narrow{display:none}"
    "h2{break-before:page;border:0;margin-top:0}.desk h2{break-before:auto;margin-top:32px}"
    "h2,h3,h4{break-after:avoid}tr{break-inside:avoid}.toc{display:none}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n",
    NULL,
};
