/** The hub's mark, for the browser's tab. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5.5" fill="#4453d6"/><g fill="none" stroke="#fff" stroke-width="1.9" stroke-linecap="round"><path d="M5 7h5.6M5 12h8.6M5 17h3.6"/><circle cx="14" cy="7" r="2"/><circle cx="17" cy="12" r="2"/><circle cx="12" cy="17" r="2"/></g></svg>
`;
