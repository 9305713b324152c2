import { parsePasswd } from './account.js';

describe('parsePasswd', () => {
  it('knows accounts by name, and never offers root under another name', () => {
    const accounts = parsePasswd(
      'root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n\n',
    );
    expect([...accounts]).toEqual([['postgres', { uid: 101, gid: 104 }]]);
  });
});
