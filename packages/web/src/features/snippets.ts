/** The beginning of a Python snippet with the real address and workspace in it. */
export const pythonIn = (ws: string, code: string): string =>
  `import modelyard\n\nworkspace = modelyard.Workspace.get(\n    "${ws}", url="${location.origin}")\n${code}`
export const cliIn = (ws: string, command: string): string => `modelyard ${command} --workspace ${ws}`
