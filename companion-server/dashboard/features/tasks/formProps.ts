/** What each form of a decision gets. */
export interface FormProps<T> {
  item: T;
  /** The decision is made. */
  close: () => void;
}
