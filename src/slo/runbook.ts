/** Where the pages of docs/runbooks are read. Written here only. */
export const runbooks = 'https://github.com/commandcenter/commandcenter/blob/main/docs/runbooks';

/** The page of an alert: `SloErrorBudgetBurnFast` is at slo-error-budget-burn-fast.md. */
export const runbookOf = (alert: string): string =>
  `${runbooks}/${alert.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}.md`;
