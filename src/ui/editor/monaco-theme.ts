import { monaco } from './monaco.ts';

/**
 * Monaco's colours from the page's own tokens. Monaco takes hexadecimal colours only, so each token is
 * painted once and read back.
 */
export function applyMonacoTheme(dark: boolean): void {
  const { token, done } = tokenReader();
  monaco.editor.defineTheme('kubarium', {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: 'type', foreground: token('--accent') },
      { token: 'keyword', foreground: token('--accent') },
      { token: 'string', foreground: token('--good-text') },
      { token: 'number', foreground: token('--attention-text') },
      { token: 'comment', foreground: token('--faint') },
      { token: 'operators', foreground: token('--dim') },
    ],
    colors: {
      'editor.background': `#${token('--bg')}`,
      'editor.foreground': `#${token('--fg')}`,
      'editorGutter.background': `#${token('--bg')}`,
      'editorLineNumber.foreground': `#${token('--faint')}`,
      'editorLineNumber.activeForeground': `#${token('--fg')}`,
      'editor.lineHighlightBackground': `#${token('--raise-2')}`,
      'editor.lineHighlightBorder': '#00000000',
      'editorWidget.background': `#${token('--raise')}`,
      'editorHoverWidget.background': `#${token('--raise')}`,
      'editorSuggestWidget.background': `#${token('--raise')}`,
      'editorSuggestWidget.selectedBackground': `#${token('--raise-2')}`,
      'editorError.foreground': `#${token('--failed-text')}`,
      'editorWarning.foreground': `#${token('--attention-text')}`,
      'scrollbarSlider.background': `#${token('--faint')}40`,
      focusBorder: `#${token('--accent')}`,
    },
  });
  done();
  monaco.editor.setTheme('kubarium');
}

function tokenReader(): { token(name: string): string; done(): void } {
  const probe = document.createElement('span');
  document.body.append(probe);
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const token = (name: string): string => {
    probe.style.color = `var(${name})`;
    const colour = getComputedStyle(probe).color;
    if (context === null) return '888888';
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('');
  };
  return { token, done: () => probe.remove() };
}
