import { Refusal } from '../services/refusal.ts';
import type { App } from './httpEnv.ts';

/** The methods an address answers to; empty: there is no such address. */
export function methodsOf(app: App, path: string): string[] {
  const wanted = path.split('/');
  const matches = (pattern: string) => {
    const parts = pattern.split('/');
    return (
      parts.length === wanted.length &&
      parts.every((part, at) => part === wanted[at] || (part.startsWith(':') && wanted[at] !== ''))
    );
  };
  const methods = app.routes
    .filter((route) => route.method !== 'ALL' && !route.path.includes('*') && matches(route.path))
    .map((route) => route.method);
  return [...new Set(methods)].sort();
}

/** 405 `wrong_method`: the address is known, but not with this method. */
export function wrongMethod(method: string, allowed: readonly string[]): Refusal {
  return new Refusal(
    405,
    'wrong_method',
    `This address does not answer to ${method}.`,
    `Use ${allowed.join(' or ')}.`,
  );
}
