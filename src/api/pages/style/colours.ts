/** Every colour, twice. Text on its background has a contrast of 4.5 : 1 or more; a test measures it in a browser. */
export const colours = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9;
  --surface: #ffffff;
  --raised: #f0f2f5;
  --line: #e1e5eb;
  --line-strong: #c3cad5;
  --text: #171c26;
  --muted: #596273;
  --accent: #3f4dcb;
  --accent-strong: #323fb0;
  --on-accent: #ffffff;
  --focus: #3f4dcb;
  --green: #12703f;
  --green-soft: #e3f4ea;
  --green-bar: #2c9a62;
  --red: #b3261a;
  --red-soft: #fdebe9;
  --red-bar: #d64a3f;
  --blue: #1b5cbe;
  --blue-soft: #e5effc;
  --blue-bar: #3b82e6;
  --amber: #855300;
  --amber-soft: #fcf1db;
  --amber-bar: #c48415;
  --grey: #555e6e;
  --grey-soft: #edf0f3;
  --grey-bar: #98a1b0;
  --on-bar: #ffffff;
  --j-key: #323fb0;
  --j-text: #12703f;
  --j-value: #8a3a00;
  --shadow: 0 1px 2px rgb(20 28 46 / 5%);
  --shadow-high: 0 16px 48px rgb(20 28 46 / 22%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116;
    --surface: #161a21;
    --raised: #1d222b;
    --line: #272d38;
    --line-strong: #434c5b;
    --text: #e7eaf0;
    --muted: #9ba5b5;
    --accent: #9aa6ff;
    --accent-strong: #b4bdff;
    --on-accent: #10142b;
    --focus: #9aa6ff;
    --green: #66d19a;
    --green-soft: #12291e;
    --green-bar: #2f9d66;
    --red: #ff9489;
    --red-soft: #331a19;
    --red-bar: #d5544a;
    --blue: #82b6ff;
    --blue-soft: #14243c;
    --blue-bar: #3d83e0;
    --amber: #ecb95c;
    --amber-soft: #2e2412;
    --amber-bar: #c08a2b;
    --grey: #a4adbc;
    --grey-soft: #222833;
    --grey-bar: #667082;
    --j-key: #aab4ff;
    --j-text: #7fd6a8;
    --j-value: #f0b27a;
    --shadow: none;
    --shadow-high: 0 16px 48px rgb(0 0 0 / 60%);
  }
}
.tone-green { --tone: var(--green); --tone-soft: var(--green-soft); }
.tone-red { --tone: var(--red); --tone-soft: var(--red-soft); }
.tone-blue { --tone: var(--blue); --tone-soft: var(--blue-soft); }
.tone-amber { --tone: var(--amber); --tone-soft: var(--amber-soft); }
.tone-grey { --tone: var(--grey); --tone-soft: var(--grey-soft); }
`;
