/** What every page has: type, the bar on top, headings, cards. */
export const frame = `
*, ::before, ::after { box-sizing: border-box; }
html { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); }
h1, h2, h3, p, dl, dd, ul, pre { margin: 0; }
h1 { font-size: 1.6rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.012em; overflow-wrap: anywhere; }
h2 { font-size: 1.02rem; font-weight: 650; }
h3 { font-size: 0.87rem; font-weight: 600; color: var(--muted); }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
a:hover { color: var(--accent-strong); text-decoration-thickness: 2px; }
a.muted { color: var(--muted); text-decoration-color: var(--line-strong); }
code, pre { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: 0.87em; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
pre code { font-size: 1em; }
main:focus { outline: none; }
.muted { color: var(--muted); }
.small { font-size: 0.87rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none; }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 2; padding: 0.5rem 0.9rem; border-radius: 0 0 8px 8px; background: var(--accent); color: var(--on-accent); }
.skip:focus { top: 0; color: var(--on-accent); }

.wide { width: min(76rem, 100% - 2.5rem); margin-inline: auto; }
.top { background: var(--surface); border-bottom: 1px solid var(--line); }
.top .wide { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.75rem; min-height: 3.5rem; padding-block: 0.4rem; }
.brand { display: inline-flex; align-items: center; gap: 0.55rem; color: var(--text); font-weight: 650; text-decoration: none; letter-spacing: -0.01em; }
.brand:hover { color: var(--text); }
.logo { width: 1.75rem; height: 1.75rem; padding: 0.2rem; border-radius: 7px; background: var(--accent); fill: none; stroke: var(--on-accent); stroke-width: 2; stroke-linecap: round; }
.top nav { display: flex; gap: 1.25rem; }
.top nav a { color: var(--text); text-decoration: none; }
.top nav a:hover { text-decoration: underline; }
.who { margin-left: auto; display: flex; align-items: center; gap: 0.9rem; min-width: 0; }
.who-name { max-width: 16rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 0.9rem; }
.role { padding: 0.05rem 0.55rem; color: var(--muted); border: 1px solid var(--line-strong); border-radius: 99px; font-size: 0.8rem; }

main { padding-block: 1.75rem 4rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.1rem; }
.crumbs { color: var(--muted); font-size: 0.9rem; margin-bottom: -0.7rem; }
.title { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.6rem 1.5rem; min-height: 2.4rem; }
.title h1 { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.8rem; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.1rem; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); padding: 1.1rem 1.25rem 1.2rem; }
.card.flush { padding: 0; overflow: hidden; overflow-x: auto; }
.card > h2 { margin-bottom: 0.75rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.1rem; }
[data-part]:empty { display: none; }
.scroll { overflow-x: auto; }
.empty { text-align: center; padding: 3.2rem 1.25rem; display: grid; gap: 0.6rem; justify-items: center; }
p.empty { padding: 0.6rem 0 0.2rem; text-align: left; justify-items: start; }
.empty h2 { font-size: 1.2rem; }

.notice { max-width: 38rem; margin: 3rem auto; display: grid; gap: 0.9rem; justify-items: start; overflow-wrap: anywhere; }
.notice-code { font-size: 3.4rem; line-height: 1; font-weight: 700; letter-spacing: -0.03em; color: var(--line-strong); }
.notice ul { padding-left: 1.2rem; }
.login { width: min(24rem, 100%); margin: 8vh auto 0; padding: 2rem; display: grid; gap: 0.9rem; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.login form { display: grid; gap: 0.5rem; }
.login label { font-weight: 600; }
.login form button { margin-top: 0.6rem; }
.login details { font-size: 0.9rem; color: var(--muted); }
.login details p { margin-top: 0.6rem; }
.problem { color: var(--red); font-size: 0.93rem; }
.failure { border: 1px solid color-mix(in srgb, var(--red) 35%, transparent); border-left: 4px solid var(--red-bar); border-radius: 10px; background: var(--red-soft); padding: 0.8rem 1.1rem 0.9rem; display: grid; gap: 0.3rem; }
.failure h2 { color: var(--red); }
.failure h2 a { color: inherit; }
.failure-text { white-space: pre-wrap; overflow-wrap: anywhere; }
.failure .muted { color: color-mix(in srgb, var(--text) 78%, var(--red-soft)); }
@media (max-width: 40rem) { .wide { width: calc(100% - 1.75rem); } .card { padding-inline: 0.9rem; } }
`;
