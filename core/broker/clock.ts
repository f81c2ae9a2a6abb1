/** The time of the input that is being handled, shared by the parts of one broker. */
export interface Clock {
  nowUs: number;
}
