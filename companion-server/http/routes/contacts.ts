import { contactRoutes, importRoutes, personalDataRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { contactActivity } from '../../services/contact/activity.ts';
import {
  announcedContacts,
  deleteContact,
  keepContacts,
  listBin,
  restoreContact,
} from '../../services/contact/bin.ts';
import { contactDetail } from '../../services/contact/detail.ts';
import { listContacts } from '../../services/contact/list.ts';
import { allLists, createList, deleteList } from '../../services/contact/lists.ts';
import { addNote, removeNote } from '../../services/contact/notes.ts';
import { setOutreach } from '../../services/contact/outreach.ts';
import { eraseOnRequest, exportPerson } from '../../services/contact/personalData.ts';
import { getImport, importRows, runImport } from '../../services/import/run.ts';
import { uploadImport } from '../../services/import/upload.ts';
import { addToStoplist, listStoplist, removeFromStoplist } from '../../services/stoplist/stoplist.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** Contacts, their activity and notes, and lists. */
export function serveContacts(app: App): void {
  serveMember(app, contactRoutes.list, (call, { query }) => listContacts(call, query));
  serveMember(app, contactRoutes.get, (call, { params }) => contactDetail(call, params.contactId));
  serveMember(app, contactRoutes.setOutreach, (call, { params, body }) =>
    setOutreach(call, params.contactId, body),
  );
  serveMember(app, contactRoutes.addNote, async (call, { params, body }) => {
    await addNote(call, params.contactId, body.text);
    return contactDetail(call, params.contactId);
  });
  serveMember(app, contactRoutes.removeNote, async (call, { params }) => {
    await removeNote(call, params.contactId, params.noteId);
    return contactDetail(call, params.contactId);
  });
  serveMember(app, contactRoutes.activity, (call, { params, query }) =>
    contactActivity(call, params.contactId, query),
  );
  serveMember(app, contactRoutes.lists, (call) => allLists(call));
  serveMember(app, contactRoutes.createList, (call, { body }) => createList(call, body.name));
  serveMember(app, contactRoutes.deleteList, async (call, { params }) => {
    await deleteList(call, params.listId);
    return {};
  });
}

/** Recycle bin, retention, and a person's right to their data and to be erased. */
export function servePersonalData(app: App): void {
  serveMember(app, personalDataRoutes.bin, (call, { query }) => listBin(call, query));
  serveMember(app, personalDataRoutes.announced, (call, { query }) => announcedContacts(call, query));
  serveMember(app, personalDataRoutes.keep, (call, { body }) => keepContacts(call, body.ids ?? null));
  serveMember(app, personalDataRoutes.delete, (call, { params }) => deleteContact(call, params.contactId));
  serveMember(app, personalDataRoutes.restore, (call, { params }) => restoreContact(call, params.contactId));
  serveMember(app, personalDataRoutes.erase, (call, { params }) => eraseOnRequest(call, params.contactId));
  serveMember(app, personalDataRoutes.export, (call, { params }) => exportPerson(call, params.contactId));
}

/** Import of a file of contacts: upload, run, result. */
export function serveImports(app: App): void {
  serveMember(app, importRoutes.upload, (call, { body }) => uploadImport(call, body));
  serveMember(app, importRoutes.run, (call, { params, body }) => runImport(call, params.importId, body));
  serveMember(app, importRoutes.get, (call, { params }) => getImport(call, params.importId));
  serveMember(app, importRoutes.rows, (call, { params, query }) => importRows(call, params.importId, query));
}

/** The stoplist. */
export function serveStoplist(app: App): void {
  serveMember(app, stoplistRoutes.list, (call, { query }) => listStoplist(call, query));
  serveMember(app, stoplistRoutes.add, (call, { body }) => addToStoplist(call, body));
  serveMember(app, stoplistRoutes.remove, async (call, { params }) => {
    await removeFromStoplist(call, params.entryId);
    return {};
  });
}
