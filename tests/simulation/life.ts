/** What never comes: the rest of a program that died. */
export const never = new Promise<never>(() => undefined);

/** One life of a process. It may be bound to end at a certain one of its calls, before it or after it. */
export class Life {
  isOver = false;
  private calls = 0;

  constructor(
    private readonly endsAt: number | null,
    private readonly onEnd: () => void,
  ) {}

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.onEnd();
  }

  /** True: it ends right here. */
  passes(): boolean {
    this.calls += 1;
    if (this.calls === this.endsAt) this.end();
    return this.isOver;
  }

  /** A call out of this life: it may end before the call is made, or before its answer is seen. */
  async call<T>(run: () => Promise<T>): Promise<T> {
    if (this.passes()) return await never;
    const value = await run();
    if (this.passes()) return await never;
    return value;
  }
}
