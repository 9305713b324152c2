/** Every time tells, when pointed at, what it is where the reader is. */
export const times = `
  const localTimes = (root) => {
    for (const time of root.querySelectorAll('time[datetime]'))
      time.title = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
  };
`;
