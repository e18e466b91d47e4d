import type { EngineClient } from '../bridge/engine-client.ts';
import type { LabCommand } from '../bridge/protocol.ts';
import type { View } from '../view/view.ts';

/**
 * The same client, with every act of the person's marked on the timeline: whoever on the page asks, the
 * editor, a button or the palette, it is seen when it was.
 */
export function withActsRecorded(client: EngineClient, view: View): EngineClient {
  const now = (): { readonly at: number; readonly acts: number | undefined } => {
    const head = view.head.getState();
    return { at: head.now, acts: head.recording?.acts };
  };
  return {
    ...client,
    async api(request) {
      const moment = now();
      const response = await client.api(request);
      if (request.act !== undefined && request.method !== 'GET') {
        const failed = response.code < 200 || response.code >= 300;
        view.recordAct({ ...moment, label: request.act, failed });
      }
      return response;
    },
    async lab(command) {
      const moment = now();
      // Said before the command is carried out: afterwards a mended fault is no longer known.
      const label = labWords(command, view);
      const refusal = await client.lab(command);
      view.recordAct({ ...moment, label, failed: refusal !== undefined });
      return refusal;
    },
  };
}

function labWords(command: LabCommand, view: View): string {
  switch (command.kind) {
    case 'inject-fault': {
      const { faultCatalogue } = view.head.getState();
      const verb = faultCatalogue.find((each) => each.kind === command.fault)?.verb;
      const { machine = '', process = machine } = command.params;
      return `${verb ?? command.fault}: ${String(process)}`;
    }
    case 'heal-fault': {
      const fault = view.head.getState().faults.find((each) => each.id === command.id);
      return `Mend: ${fault?.title ?? 'a fault'}`;
    }
    case 'heal-all':
      return 'Mend everything';
  }
}
