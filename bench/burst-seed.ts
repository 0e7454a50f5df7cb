// The seed by which the bench and its agents, in two processes, mean the same known questions.
export const QUESTIONS_SEED = 1;
