export type PathPart = string | number;
export type Path = readonly PathPart[];

/** `on.schedule[0].cron`, `steps.fetch.with["a.b"]` */
export function pathText(path: Path): string {
  return path
    .map((part, i) => {
      if (typeof part === 'number') return `[${part}]`;
      if (part.length > 80) return `[${JSON.stringify(`${part.slice(0, 80)}...`)}]`;
      if (/^[A-Za-z_$][\w$-]*$/.test(part)) return i === 0 ? part : `.${part}`;
      return `[${JSON.stringify(part)}]`;
    })
    .join('');
}
