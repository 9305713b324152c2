/** As Grafana does before it asks the data source; a variable that nobody sets is a mistake. */
export function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (_all, braced?: string, bare?: string) => {
    const name = (braced ?? bare) as string;
    const value = values[name];
    if (value === undefined) throw new Error(`no variable ${name} in ${text}`);
    return value;
  });
}
