import { otherWorkflow } from './names.js';
import { WorkflowLabels } from './workflow-labels.js';

const labels = (workflowLabelBudget: number) => new WorkflowLabels({ telemetry: { workflowLabelBudget } as never });

describe('labels of workflows', () => {
  it('are their names until the budget is spent, and one name for the rest', () => {
    const given = labels(2);
    expect(['a', 'b', 'c', 'd'].map((id) => given.labelOf(id))).toEqual(['a', 'b', otherWorkflow, otherWorkflow]);
  });

  it('stay as they were first given, however often they are asked for', () => {
    const given = labels(2);
    expect(['a', 'a', 'b', 'c', 'a', 'c', 'b'].map((id) => given.labelOf(id))).toEqual([
      'a', 'a', 'b', otherWorkflow, 'a', otherWorkflow, 'b',
    ]); // prettier-ignore
  });

  it('never are more than the budget and one', () => {
    const given = labels(200);
    const seen = new Set(Array.from({ length: 1_000 }, (_, n) => given.labelOf(`w${(n * 7) % 1_000}`)));
    expect(seen.size).toBe(201);
    expect(seen).toContain(otherWorkflow);
  });

  it('are all the same when the budget is nothing', () => {
    expect(labels(0).labelOf('a')).toBe(otherWorkflow);
  });
});
