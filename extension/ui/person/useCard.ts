import { liveQuery } from 'dexie';
import { useEffect, useState } from 'react';
import type { PersonCard, PersonSeen } from '#shared/contract/devicePerson.ts';
import { loadCard, personKey } from '../../storage/people.ts';
import { order, type Refusal } from '../order.ts';
import { database } from '../view.ts';

export interface CardState {
  /** Null: nothing is known yet. */
  card: PersonCard | null;
  /** When the card came, by this browser's clock. */
  storedAt: number | null;
  /** The server is being asked. */
  loading: boolean;
  /** Why the server could not say more; what is shown is from before. */
  refusal: Refusal | null;
}

const nothing: CardState = { card: null, storedAt: null, loading: true, refusal: null };

/** What is kept about the person at once, and the server's answer when it comes. */
export function useCard(person: PersonSeen): CardState {
  const key = personKey(person);
  const [state, setState] = useState<CardState>(nothing);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the person; the name comes later and asks nothing anew
  useEffect(() => {
    let over = false;
    setState(nothing);
    const kept = liveQuery(() => loadCard(database, key)).subscribe({
      next: (found) => {
        if (!over && found) setState((before) => ({ ...before, ...found }));
      },
    });
    void order('ui.look', { person }).then((answer) => {
      if (!over) setState((before) => ({ ...before, loading: false, refusal: answer.ok ? null : answer }));
    });
    return () => {
      over = true;
      kept.unsubscribe();
    };
  }, [key]);
  return state;
}
