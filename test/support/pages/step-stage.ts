/** Workflows with steps of every kind. */
export const stepWorkflows = {
  'rollout.yaml': `id: rollout
name: Roll out to all hosts
steps:
  build: { uses: stage.act, with: { ms: 250, value: { image: "shop:1.42.0" } } }
  hosts:
    needs: [build]
    forEach: "\${{ input.hosts }}"
    concurrency: 10
    onItemFailure: continue
    continueOnError: true
    uses: stage.act
    with:
      ms: "\${{ item.ms }}"
      terminal: "\${{ item.bad }}"
      message: "\${{ item.name }} does not answer on port 22"
      value: { host: "\${{ item.name }}", version: 1.42.0 }
  cool_down: { needs: [build], sleep: 2h }
  paid: { needs: [build], waitFor: { event: order.paid, timeout: 1d } }
  checks: { needs: [build], workflow: hold }
  ask:
    needs: [build]
    approval: { message: "Release 1.42.0 to \${{ size(input.hosts) }} hosts?", approvers: ["role:approver", "group:sre"], timeout: 4h }
  release: { needs: [hosts, cool_down, paid, checks, ask], uses: stage.act, with: {} }
finally:
  tidy_up: { uses: stage.act, with: { value: tidy } }
`,
  'ask.yaml': `id: ask
name: Ask before the restart
steps:
  look: { uses: stage.act, with: { value: "3 of 4 nodes are slow" } }
  ok: { needs: [look], approval: { message: "Restart billing? \${{ steps.look.output }}" } }
  restart: { needs: [ok], uses: stage.act, with: { value: "\${{ steps.ok.output.by }}" } }
`,
  'ask-sre.yaml': `id: ask-sre
name: Ask the SREs
steps:
  ok: { approval: { message: "Fail over?", approvers: ["group:sre"] } }
`,
  'fan.yaml': `id: fan
name: Do each of many
steps:
  each:
    forEach: "\${{ input.items }}"
    concurrency: 50
    onItemFailure: continue
    uses: stage.act
    with: { terminal: "\${{ item == 7 }}", message: "item \${{ item }} is broken", value: { n: "\${{ item }}", text: "\${{ input.text }}" } }
`,
  'tidy.yaml': `id: tidy
name: Hold, then tidy up
steps:
  prepare: { uses: stage.act, with: { value: ready } }
  wait: { needs: [prepare], uses: stage.act, with: { ms: 600000 } }
finally:
  clean: { uses: stage.act, with: { ms: "\${{ input.ms }}", value: clean } }
`,
};
