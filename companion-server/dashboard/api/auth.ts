import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type Problem, route } from '#shared/contract/route.ts';
import { call, problemOf } from './client.ts';

/** A write at the auth library's own endpoints, whose failures are problem details as well; null: it worked. */
export async function post(path: string, body: object): Promise<Problem | null> {
  const write = route('public', 'POST', path, { body: z.looseObject({}), response: z.unknown() });
  try {
    await call(write, { body: { ...body } });
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

/** Signs in by session cookie; null: it worked. */
export function signIn(email: string, password: string): Promise<Problem | null> {
  return post('/api/auth/sign-in/email', { email, password });
}

/** Ends the session; null: it worked. */
export function signOut(): Promise<Problem | null> {
  return post('/api/auth/sign-out', {});
}

const listMembers = route('public', 'GET', '/api/auth/organization/list-members', {
  response: z.object({
    members: z.array(z.object({ id: z.string(), user: z.object({ name: z.string() }) })),
  }),
});

/** Who is in the workspace, by name. */
export const membersQuery = queryOptions({
  queryKey: [listMembers.path],
  queryFn: async ({ signal }) => {
    const { members } = await call(listMembers, {}, { signal });
    return members.map(({ id, user }) => ({ id, name: user.name }));
  },
});

const getSession = route('public', 'GET', '/api/auth/get-session', {
  response: z.object({ user: z.object({ email: z.string() }) }).nullable(),
});

/** The address of who is signed in in this browser; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: [getSession.path],
  queryFn: async ({ signal }) => (await call(getSession, {}, { signal }))?.user.email ?? null,
});
