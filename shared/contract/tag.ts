import { z } from 'zod';
import { id, route } from './route.ts';

export const tagView = z.object({ id, name: z.string() });
const tags = z.object({ items: z.array(tagView) });

/** Labels of contacts. A tag may feed segments: who gets it enters them. */
export const tagRoutes = {
  list: route('member', 'GET', '/api/v1/tags', { response: tags }),
  create: route('member', 'POST', '/api/v1/tags', {
    body: z.object({ name: z.string().trim().min(1).max(60) }),
    response: tagView,
  }),
  /** Takes it off everybody; 409 `tag_in_use` while an automation needs it. */
  delete: route('member', 'DELETE', '/api/v1/tags/:tagId', { params: z.object({ tagId: id }) }),
  /** Both answer with the contact's tags as they are then. */
  add: route('member', 'POST', '/api/v1/contacts/:contactId/tags', {
    params: z.object({ contactId: id }),
    body: z.object({ tagId: id }),
    response: tags,
  }),
  remove: route('member', 'DELETE', '/api/v1/contacts/:contactId/tags/:tagId', {
    params: z.object({ contactId: id, tagId: id }),
    response: tags,
  }),
};
