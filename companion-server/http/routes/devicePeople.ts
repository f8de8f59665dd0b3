import { devicePersonRoutes } from '#shared/contract/devicePerson.ts';
import { personCard, personTargets } from '../../services/person/card.ts';
import {
  addPersonToAutomation,
  addPersonToList,
  noteOnPerson,
  pinOwn,
  removeNoteOnPerson,
} from '../../services/person/change.ts';
import type { App } from '../httpEnv.ts';
import { serveDevice } from '../serve.ts';

/** The person whose profile the rep looks at, in the side panel. */
export function serveDevicePeople(app: App): void {
  serveDevice(app, devicePersonRoutes.find, (call, { body }) => personCard(call, body));
  serveDevice(app, devicePersonRoutes.targets, (call) => personTargets(call));
  serveDevice(app, devicePersonRoutes.addToList, (call, { body }) => addPersonToList(call, body));
  serveDevice(app, devicePersonRoutes.addToAutomation, (call, { body }) => addPersonToAutomation(call, body));
  serveDevice(app, devicePersonRoutes.pin, (call, { params, body }) =>
    pinOwn(call, params.contactId, body.pinned),
  );
  serveDevice(app, devicePersonRoutes.addNote, (call, { params, body }) =>
    noteOnPerson(call, params.contactId, body.text),
  );
  serveDevice(app, devicePersonRoutes.removeNote, (call, { params }) =>
    removeNoteOnPerson(call, params.contactId, params.noteId),
  );
}
