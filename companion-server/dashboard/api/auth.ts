import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type Problem, problem } from '#shared/contract/route.ts';
import { withDeadline } from '#shared/kernel/clock.ts';

/** The auth library's own endpoints answer in their own form, not in problem details. */
const authAnswer = z.looseObject({ message: z.string().optional(), code: z.string().optional() });

/** A write of the auth library; null: it worked. */
export async function post(path: string, body: object): Promise<Problem | null> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: withDeadline(20_000),
    });
    if (response.ok) return null;
    return problemOf(response.status, await response.json().catch(() => ({})));
  } catch {
    return made(
      0,
      'unreachable',
      'The Rapport server could not be reached.',
      'Check that it runs, then try again.',
    );
  }
}

function problemOf(status: number, answer: unknown): Problem {
  const known = problem.safeParse(answer);
  if (known.success) return known.data;
  if (status === 429) {
    return made(status, 'too_many_requests', 'Too many attempts.', 'Wait a minute, then try again.');
  }
  if (status === 401 || status === 403) {
    return made(status, 'wrong_login', 'Email or password is not right.', 'Check both and try again.');
  }
  const parsed = authAnswer.safeParse(answer);
  const detail = parsed.success ? parsed.data.message : undefined;
  return made(status, 'sign_in_failed', detail ?? 'The server could not sign you in.', 'Try again.');
}

function made(status: number, code: string, detail: string, action: string): Problem {
  return {
    type: `about:blank#${code}`,
    title: 'Not signed in',
    status,
    code,
    detail,
    action,
    requestId: '',
    fields: [],
  };
}

/** Signs in by session cookie; null: it worked. */
export function signIn(email: string, password: string): Promise<Problem | null> {
  return post('/api/auth/sign-in/email', { email, password });
}

/** Ends the session; null: it worked. */
export function signOut(): Promise<Problem | null> {
  return post('/api/auth/sign-out', {});
}

const memberList = z.object({
  members: z.array(z.object({ id: z.string(), user: z.object({ name: z.string() }) })),
});

/** Who is in the workspace, by name. */
export const membersQuery = queryOptions({
  queryKey: ['/api/auth/organization/list-members'],
  queryFn: async ({ signal }) => {
    const response = await fetch('/api/auth/organization/list-members', {
      signal: AbortSignal.any([signal, withDeadline(20_000)]),
    });
    if (!response.ok) throw new Error(`The members could not be read: ${response.status}.`);
    const { members } = memberList.parse(await response.json());
    return members.map(({ id, user }) => ({ id, name: user.name }));
  },
});

const sessionAnswer = z.object({ user: z.object({ email: z.string() }) }).nullable();

/** The address of who is signed in in this browser; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ['/api/auth/get-session'],
  queryFn: async ({ signal }) => {
    const response = await fetch('/api/auth/get-session', {
      signal: AbortSignal.any([signal, withDeadline(20_000)]),
    });
    const parsed = sessionAnswer.safeParse(response.ok ? await response.json() : null);
    return parsed.success ? (parsed.data?.user.email ?? null) : null;
  },
});
