import { decisionCommand } from '../../rollouts/decision.ts'

export default decisionCommand('resume', 'Go on: the step begins again')
