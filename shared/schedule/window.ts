import type { WorkingWindow } from './settings.ts';

/** Whether `at` (unix ms UTC) lies in working time. */
export function isOpen(_window: WorkingWindow, _at: number): boolean {
  return true;
}

/** `at` itself when open, else the moment the window opens next. */
export function nextOpen(_window: WorkingWindow, at: number): number {
  return at;
}

/** How long the window stays open from `at` on; 0 when closed. */
export function remainingOpenMs(_window: WorkingWindow, _at: number): number {
  return 0;
}
