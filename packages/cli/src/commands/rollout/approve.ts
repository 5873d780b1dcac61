import { decisionCommand } from '../../rollouts/decision.ts'

export default decisionCommand('approve', 'Let a rollout that waits go on to more traffic')
