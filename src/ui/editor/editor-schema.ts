/** The JSON schema the editor completes and checks with. Loaded with the editor, never before. */
export async function loadEditorSchema(): Promise<object> {
  const { buildEditorSchema } = await import('../../api/editor-schema/build.ts');
  return buildEditorSchema();
}
