/** Commands whose output differs from the real kubectl's, each with its reason. By transcript and command. */
export const exceptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {};
