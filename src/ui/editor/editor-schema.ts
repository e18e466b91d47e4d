/** The JSON schema the editor completes and checks with. Loaded with the editor, never before. */
export async function loadEditorSchema(): Promise<object> {
  const [{ editorSchema }, { kindsWithSchema }, { descriptionLoaders }] = await Promise.all([
    import('../../api/schema/editor-schema.ts'),
    import('../../api/schema/lookup.ts'),
    import('../../api/generated/descriptions/load.ts'),
  ]);
  const groups = await Promise.all(Object.values(descriptionLoaders).map((load) => load()));
  const descriptions: Parameters<typeof editorSchema>[1] = Object.assign(
    {},
    ...groups.map((group) => group.default),
  );
  return editorSchema(kindsWithSchema(), descriptions);
}
