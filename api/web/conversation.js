// What was asked and answered so far, as it goes with the next question: follow-ups are read against it, and the
// numbers of places cited before go on to mean them.

const KEPT_TURNS = 20; // of older ones only the citations are sent
const KEPT_CHARACTERS = 2500; // of an answer's text; the service takes 100,000 in all

let turns = [];

export const history = () => turns;

export function remember(answer) {
  turns = [...turns, turnOf(answer)];
  if (turns.length <= KEPT_TURNS) return;
  const [oldest, first, ...others] = turns;
  const cited = new Map([...oldest.citations, ...first.citations].map((citation) => [citation.marker, citation]));
  turns = [{ ...first, citations: [...cited.values()] }, ...others];
}

export function startOver() {
  turns = [];
}

function turnOf({ question, text, citations, refusal, standalone_question }) {
  return {
    question,
    answer: text.slice(0, KEPT_CHARACTERS),
    citations: citations.map(({ marker, version_id, span }) => ({ marker, version_id, span })),
    refused: Boolean(refusal),
    standalone_question,
  };
}
