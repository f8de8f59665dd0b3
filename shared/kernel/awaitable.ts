/**
 * A value that may be there already. Code that runs hundreds of times for a step and seldom has to wait gives these: an
 * async function makes three promises for a value that it has.
 */
export type Awaitable<T> = T | Promise<T>;

/** `next` of the value: at once where it is there, else when it comes. */
export function whenThere<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
