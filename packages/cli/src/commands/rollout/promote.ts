import { decisionCommand } from '../../rollouts/decision.ts'

export default decisionCommand('promote', 'Give it all traffic at once, whatever was found')
