/** Steps over time. Colours have a shape or a word beside them. */
export const timeline = `
.gantt { min-width: 44rem; }
.gantt :is(td, th) { padding: 0.35rem 1rem 0.35rem 0; border-top: 1px solid var(--line); }
.gantt :is(td, th):last-child { padding-right: 0; }
.gantt thead th { padding-top: 0; border-top: 0; font-size: 0.85rem; color: var(--muted); font-weight: 600; }
.gantt th[scope="row"] { max-width: 15rem; }
.gantt th[scope="row"] a { color: var(--text); text-decoration-color: var(--line-strong); overflow-wrap: anywhere; }
.gantt th .uses { display: block; font-weight: 400; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.gantt td .small { display: block; }
.gantt td:nth-child(2) { white-space: nowrap; width: 1%; }
.gantt .track { width: 56%; }
.gantt td.number { width: 1%; }
.axis, .bars { display: block; overflow: visible; }
.axis text { fill: var(--muted); font-size: 0.8rem; font-weight: 400; }
.grid { stroke: var(--line); stroke-width: 1; }
.bar { fill: var(--bar); }
.bar.succeeded { --bar: var(--green-bar); }
.bar.failed { --bar: var(--red-bar); }
.bar.cancelled { --bar: var(--grey-bar); }
.bar.running { --bar: var(--blue-bar); }
.wait { stroke: var(--amber-bar); stroke-width: 2.5; stroke-dasharray: 3 4; stroke-linecap: round; }
.mark { fill: var(--on-bar); stroke: none; font-size: 0.72rem; font-weight: 700; }
path.mark { fill: none; stroke: var(--on-bar); stroke-width: 1.8; stroke-linecap: round; }
@media (prefers-reduced-motion: no-preference) {
  .bars .bar.running { animation: breathe 1.8s ease-in-out infinite; }
  @keyframes breathe { 50% { opacity: 0.6; } }
}
.paused .bar.running { animation: none; }
.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.3rem; margin-top: 0.8rem; color: var(--muted); font-size: 0.85rem; }
.legend span { display: inline-flex; align-items: center; gap: 0.45rem; }
.legend svg { width: 1.75rem; height: 0.75rem; }
`;
