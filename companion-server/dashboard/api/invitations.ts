import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type Problem, route } from '#shared/contract/route.ts';
import { memberRole } from '#shared/contract/workspace.ts';
import { post } from './auth.ts';
import { call } from './client.ts';

/** Roles that somebody is invited with; there is one owner from the start, more are made by an owner. */
export type InvitedRole = z.infer<typeof memberRole>;

/** Makes the account of an invited person and signs them in; null: it worked. */
export function signUp(person: {
  name: string;
  email: string;
  password: string;
  invitationId: string;
}): Promise<Problem | null> {
  return post('/api/auth/sign-up/email', person);
}

/** Joins the workspace as who is signed in. */
export function acceptInvitation(invitationId: string): Promise<Problem | null> {
  return post('/api/auth/organization/accept-invitation', { invitationId });
}

/** Sends an invitation to the workspace; the auth library refuses whoever is invited or in it already. */
export function invite(email: string, role: InvitedRole): Promise<Problem | null> {
  return post('/api/auth/organization/invite-member', { email, role });
}

/** Takes an invitation back: its link works no more. */
export function cancelInvitation(invitationId: string): Promise<Problem | null> {
  return post('/api/auth/organization/cancel-invitation', { invitationId });
}

/** Where an invited person makes their account; whoever has it can join. */
export function joinLink({ id, email }: { id: string; email: string }): string {
  return `${window.location.origin}/join?${new URLSearchParams({ invitation: id, email })}`;
}

const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role: memberRole.catch('rep'),
  status: z.string(),
  expiresAt: z.coerce.date(),
});
export type OpenInvitation = z.infer<typeof invitation>;

const listInvitations = route('public', 'GET', '/api/auth/organization/list-invitations', {
  response: z.array(invitation),
});

/** Invitations that nobody answered yet. */
export const invitationsQuery = queryOptions({
  queryKey: [listInvitations.path],
  queryFn: async ({ signal }) => {
    const all = await call(listInvitations, {}, { signal });
    return all.filter(({ status }) => status === 'pending');
  },
});
