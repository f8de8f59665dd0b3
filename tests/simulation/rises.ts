/** A person's order by which contacts that came to their end may go on: each of them once. */
interface Order {
  /** Null: a bulk action's own contacts, whatever their automation. */
  automationId: string | null;
  from: readonly string[];
  used: Set<string>;
}

/** Who may rise from which end, by whose order. */
export class Rises {
  private orders: Order[] = [];

  order(automationId: string | null, from: readonly string[]): void {
    this.orders.push({ automationId, from, used: new Set() });
  }

  /** Whether something is ordered that is not done with yet. */
  get isAny(): boolean {
    return this.orders.length > 0;
  }

  /** The server has worked off everything that was ordered. */
  forget(): void {
    this.orders = [];
  }

  mayRise(automationId: string, from: string): boolean {
    return this.orders.some((order) => this.fits(order, automationId, from));
  }

  /** False: nobody ordered it, or it was done already. */
  take(enrollmentId: string, automationId: string, from: string): boolean {
    const order = this.orders.find(
      (each) => this.fits(each, automationId, from) && !each.used.has(enrollmentId),
    );
    order?.used.add(enrollmentId);
    return order !== undefined;
  }

  private fits(order: Order, automationId: string, from: string): boolean {
    return (order.automationId ?? automationId) === automationId && order.from.includes(from);
  }
}
