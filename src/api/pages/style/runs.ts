/** The list of runs, and what a run's page says beside its timeline. */
export const runs = `
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; }
td, th { padding: 0.6rem 1.1rem; vertical-align: middle; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.runs thead th { padding-block: 0.55rem; font-size: 0.85rem; color: var(--muted); background: var(--raised); border-bottom: 1px solid var(--line); white-space: nowrap; }
.runs tbody tr { position: relative; }
.runs tbody tr + tr :is(td, th) { border-top: 1px solid var(--line); }
.runs tbody tr:hover { background: var(--raised); }
.runs td:nth-child(4) { white-space: nowrap; }
.run-link { overflow-wrap: anywhere; color: var(--text); text-decoration: none; font-weight: 600; }
.run-link::after { content: ""; position: absolute; inset: 0; }
.run-link:hover { color: var(--accent); text-decoration: underline; }
.run-link:focus-visible { outline: none; }
.run-link:focus-visible::after { outline: 2px solid var(--focus); outline-offset: -3px; border-radius: 8px; }
.under { display: flex; flex-wrap: wrap; gap: 0 0.7rem; font-weight: 400; font-size: 0.87rem; }
.under a, .runs td a { position: relative; z-index: 1; }

.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(16.2rem, 100%), 1fr)); gap: 1.1rem 1.5rem; }
.facts dt { font-size: 0.85rem; color: var(--muted); }
.facts dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.more { display: block; font-size: 0.9rem; }
.facts code { font-size: 0.77rem; white-space: nowrap; }
.big { font-size: 1.3rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
.links { display: flex; flex-wrap: wrap; gap: 0.3rem 1.4rem; margin-top: 1rem; padding-top: 0.9rem; border-top: 1px solid var(--line); }

.step { border-top: 1px solid var(--line); padding-block: 0.6rem; scroll-margin-top: 1rem; }
[data-part]:first-of-type > .step { border-top: 0; padding-top: 0; }
.step:target { background: linear-gradient(90deg, color-mix(in srgb, var(--accent) 12%, transparent), transparent); }
.step > summary { padding-block: 0.15rem; }
.step > summary > * { vertical-align: middle; }
.step > summary .badge { margin-left: 0.4rem; }
.step-name { font-weight: 600; }
.uses { font-size: 0.87rem; }

.items td, .items th { padding: 0.3rem 1rem 0.3rem 0; }
.items tr + tr :is(td, th) { border-top: 1px solid var(--line); }
.items th { width: 1%; }
.items td:nth-child(2) { width: 1%; white-space: nowrap; }
.items td.number { padding-right: 0; }
.items .result { overflow-wrap: anywhere; min-width: 12rem; }

.approval { display: grid; gap: 0.6rem; }
.approval + .approval { margin-top: 1.1rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
.approval .ask { font-size: 1.05rem; color: var(--text); white-space: pre-wrap; overflow-wrap: anywhere; }
.approval form { display: grid; gap: 0.35rem; max-width: 40rem; }
section.approvals { border-left: 4px solid var(--amber-bar); }

.logs { max-height: 32rem; overflow: auto; border-radius: 8px; background: var(--raised); padding-block: 0.4rem; }
.logs table { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: 0.83rem; line-height: 1.55; }
.logs td { padding: 0.05rem 0.9rem; vertical-align: top; white-space: nowrap; }
.logs td:first-child { color: var(--muted); }
.logs .message { width: 100%; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 18rem; }
.logs .level { font-weight: 600; color: var(--blue); }
.level-debug .level, .level-trace .level { color: var(--muted); }
.level-warn .level { color: var(--amber); }
.level-error .level, .level-fatal .level { color: var(--red); }
:is(.level-error, .level-fatal) td { background: var(--red-soft); }
#part-logs > p { margin-bottom: 0.6rem; }
@media (max-width: 40rem) {
  .runs :is(td, th) { padding-inline: 0.75rem; }
  .runs th[scope="row"] { min-width: 12rem; }
}
`;
