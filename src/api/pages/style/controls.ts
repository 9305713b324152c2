/** What can be pressed, chosen or filled in. */
export const controls = `
button, .button, input, select, textarea { font: inherit; color: var(--text); min-height: 2.25rem; border-radius: 8px; }
button, .button { display: inline-flex; align-items: center; justify-content: center; gap: 0.4rem; padding: 0.25rem 0.9rem; background: var(--surface); border: 1px solid var(--line-strong); cursor: pointer; text-decoration: none; font-weight: 550; white-space: nowrap; }
button:hover, .button:hover { border-color: var(--muted); color: var(--text); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.primary:hover { background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent); }
button.danger { color: var(--red); border-color: color-mix(in srgb, var(--red) 50%, transparent); }
button.danger:hover { background: var(--red-soft); border-color: var(--red); color: var(--red); }
button.quiet { min-height: 1.9rem; padding: 0.1rem 0.7rem; font-size: 0.9rem; font-weight: 500; background: transparent; border-color: var(--line-strong); }
textarea { padding: 0.4rem 0.7rem; background: var(--surface); border: 1px solid var(--line-strong); width: 100%; resize: vertical; }
input[type="checkbox"] { width: 1.1rem; height: 1.1rem; min-height: 0; padding: 0; margin: 0; accent-color: var(--accent); }
.check { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
input, select { padding: 0.25rem 0.7rem; background: var(--surface); border: 1px solid var(--line-strong); width: 100%; }
input::placeholder { color: var(--muted); opacity: 1; }
input[aria-invalid] { border-color: var(--red); }
select { width: auto; max-width: 14rem; padding-right: 0.5rem; }
:where(button, .button, input, select, textarea):focus-visible { border-radius: 8px; }

.filter { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.7rem 1.5rem; }
.filter form { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.chips { display: flex; flex-wrap: wrap; gap: 0.2rem; padding: 0.2rem; border-radius: 10px; background: var(--grey-soft); }
.chips a { display: inline-flex; align-items: center; padding: 0 0.8rem; min-height: 1.85rem; border-radius: 7px; color: var(--muted); text-decoration: none; font-weight: 550; }
.chips a:hover { color: var(--text); }
.chips a[aria-current] { background: var(--surface); color: var(--text); box-shadow: 0 0 0 1px var(--line-strong); }
.pages { display: flex; gap: 0.7rem; justify-content: flex-end; }
.pages:empty { display: none; }

.badge { display: inline-flex; align-items: center; gap: 0.35rem; padding: 0.1rem 0.65rem 0.1rem 0.4rem; border-radius: 99px; background: var(--tone-soft); color: var(--tone); font-size: 0.87rem; line-height: 1.45rem; font-weight: 600; letter-spacing: 0; white-space: nowrap; vertical-align: middle; }
.tag { padding: 0 0.5rem; border: 1px solid var(--line-strong); border-radius: 99px; color: var(--muted); font-size: 0.8rem; font-weight: 500; white-space: nowrap; }
.count { display: inline-block; min-width: 1.35rem; padding: 0 0.35rem; border-radius: 99px; background: var(--amber-soft); color: var(--amber); font-size: 0.82rem; font-weight: 650; text-align: center; }
.icon { width: 1.15em; height: 1.15em; flex: none; fill: none; stroke: var(--tone); stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
h1 .badge { font-size: 0.95rem; }

.live { display: inline-flex; align-items: center; gap: 0.6rem; color: var(--muted); font-size: 0.9rem; }
.pulse { width: 0.55rem; height: 0.55rem; border-radius: 50%; background: var(--blue-bar); }
.paused .pulse { background: var(--grey-bar); animation: none; }
@media (prefers-reduced-motion: no-preference) {
  .pulse { animation: pulse 2s ease-in-out infinite; }
  @keyframes pulse { 50% { opacity: 0.35; } }
}

.dialog { width: min(28rem, 100% - 2rem); padding: 1.5rem; border: 1px solid var(--line-strong); border-radius: 14px; background: var(--surface); color: var(--text); box-shadow: var(--shadow-high); }
.dialog::backdrop { background: rgb(10 14 22 / 45%); }
.dialog form { display: grid; gap: 0.6rem; }
.dialog h2 { font-size: 1.2rem; }
.buttons { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.6rem; margin-top: 0.5rem; }

summary { cursor: pointer; border-radius: 6px; }
details > :not(summary) { margin-top: 0.6rem; }
.json { padding: 0.75rem 0.95rem; border-radius: 8px; background: var(--raised); overflow: auto; max-height: 30rem; line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; }
.j-key { color: var(--j-key); }
.j-text { color: var(--j-text); }
.j-value { color: var(--j-value); }
`;
