import { create } from 'zustand';

/** What a screen reader is told. Batched, so that a rollout is one sentence and not fifty. */
interface AnnouncementsState {
  readonly text: string;
}

export const useAnnouncements = create<AnnouncementsState>()(() => ({ text: '' }));

const BATCH_MILLIS = 1500;
/** More sentences at once are a count. */
const SENTENCES_MAX = 4;

let waiting: string[] = [];
let due: ReturnType<typeof setTimeout> | undefined;

/** Says a sentence; `now` for what answers a key, which nobody should wait for. */
export function announce(sentence: string, { now = false }: { readonly now?: boolean } = {}): void {
  if (sentence === '') return;
  if (now) {
    useAnnouncements.setState({ text: sentence });
    return;
  }
  waiting.push(sentence);
  due ??= setTimeout(flush, BATCH_MILLIS);
}

function flush(): void {
  due = undefined;
  const said = waiting.slice(0, SENTENCES_MAX);
  const more = waiting.length - said.length;
  waiting = [];
  useAnnouncements.setState({
    text: more > 0 ? `${said.join('. ')}, and ${more} more changes` : said.join('. '),
  });
}
