/** Makes a tree like another by touching only what differs: focus, scrolling, and what the reader opened or closed stay. */
export const morph = `
  /* Whether the server last sent a details open: only when it changes its mind does that count more than the reader's. */
  const sentOpen = new WeakMap();
  const remember = (root) => {
    for (const one of root.querySelectorAll('details')) if (!sentOpen.has(one)) sentOpen.set(one, one.open);
  };
  remember(document);

  const alike = (one, other) => one.nodeName === other.nodeName && (one.id ?? '') === (other.id ?? '');
  const ours = (element, name) =>
    (name === 'open' && element.nodeName === 'DETAILS') || (name === 'title' && element.nodeName === 'TIME');
  const morphAttributes = (old, wanted) => {
    for (const { name } of [...old.attributes])
      if (!wanted.hasAttribute(name) && !ours(old, name)) old.removeAttribute(name);
    for (const { name, value } of wanted.attributes)
      if (old.getAttribute(name) !== value && !ours(old, name)) old.setAttribute(name, value);
    if (old.nodeName !== 'DETAILS' || sentOpen.get(old) === wanted.open) return;
    sentOpen.set(old, wanted.open);
    old.open = wanted.open;
  };
  const without = (node) => {
    const next = node.nextSibling;
    node.remove();
    return next;
  };
  /* What has an id is found among all that is left, all else only where it stood. */
  const counterpart = (child, next) => {
    let at = next;
    while (child.id && at !== null && !alike(at, child)) at = at.nextSibling;
    return at !== null && alike(at, child) ? at : null;
  };
  const morph = (old, wanted) => {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== wanted.data) old.data = wanted.data;
      return;
    }
    morphAttributes(old, wanted);
    let next = old.firstChild;
    for (const child of [...wanted.childNodes]) {
      const found = counterpart(child, next);
      if (found === null) {
        old.insertBefore(child, next);
        continue;
      }
      while (next !== found) next = without(next);
      morph(found, child);
      next = found.nextSibling;
    }
    while (next !== null) next = without(next);
  };
`;
