import { decisionCommand } from '../../rollouts/decision.ts'

export default decisionCommand('pause', 'Keep the weights as they are')
