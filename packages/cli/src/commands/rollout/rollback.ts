import { decisionCommand } from '../../rollouts/decision.ts'

export default decisionCommand('rollback', 'Give the traffic back at once')
