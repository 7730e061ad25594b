/** The report's style sheet; follows the reader's light or dark setting, and prints light. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--page:#fff;--text:#1b1f24;--soft:#59636e;--line:#c9d1d9;--panel:#f6f8fa;--wave:#3a6ea5;--hatch:#fff9;--arousal:#b3261e;--valence:#0b6bcb}
@media (prefers-color-scheme:dark){:root{--page:#14171b;--text:#e8ebee;--soft:#a3adb8;--line:#3b434c;--panel:#1c2127;--wave:#7fb0e6;--hatch:#14171b99;--arousal:#ff8a80;--valence:#82b8ff}}
@media print{:root{--page:#fff;--text:#000;--soft:#444;--line:#999;--panel:#fff;--wave:#333}section{break-inside:avoid}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:24px;margin:0 0 4px}
h2{font-size:17px;margin:36px 0 0;overflow-wrap:anywhere}
p{margin:2px 0 12px;color:var(--soft);max-width:80ch}
b{color:var(--text)}
code{font:13px ui-monospace,monospace}
.scroll{overflow-x:auto}
svg{display:block;width:100%;min-width:640px;height:auto;font:11px system-ui,sans-serif}
svg text{fill:var(--text)}
svg .tick,svg .side{fill:var(--soft)}
svg .axis-name{font-size:12px}
svg .on-colour{fill:#fff;font-weight:600;font-size:12px;paint-order:stroke;stroke:#0009;stroke-width:2px}
.frame{fill:var(--panel);stroke:var(--line)}
.wave{fill:var(--wave);stroke:var(--wave);stroke-width:.6}
.axis,.zero{stroke:var(--line)}
.box{stroke:var(--page);stroke-width:1.5}
.hatch{fill:var(--hatch)}
line.arousal{stroke:var(--arousal);stroke-width:3}
line.valence{stroke:var(--valence);stroke-width:3;stroke-dasharray:5 3}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;list-style:none;margin:12px 0 0;padding:0}
i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:6px;vertical-align:-1px}
i.hatched{background:repeating-linear-gradient(45deg,var(--soft) 0 3px,transparent 3px 6px)}
i.line{height:0;width:20px;border-radius:0;vertical-align:4px;border-top:3px solid var(--arousal)}
i.line.valence{border-top:3px dashed var(--valence)}
table{border-collapse:collapse;width:100%;margin-top:8px;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:5px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
thead th{color:var(--soft);font-weight:600}
th:first-child,.word{text-align:left}
tbody th{font-weight:600}
`
