const workspaceLabel = /[{,]workspace="((?:[^"\\]|\\.)*)"/

/** Of metrics as text what somebody may see: the server's own, and those of the workspaces that `sees` names. */
export function visibleMetrics(text: string, sees: (workspace: string) => boolean): string {
  return text
    .split('\n')
    .filter((line) => {
      const workspace = line.startsWith('#') ? undefined : workspaceLabel.exec(line)?.[1]
      return workspace === undefined || sees(workspace)
    })
    .join('\n')
}
