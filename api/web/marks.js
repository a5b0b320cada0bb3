// Marks stand in an answer's text as `[n]`; other square brackets are the text's own.

export const pieces = (text) => text.split(/(\s*\[\d+\])/);

// The number of a piece that is a mark, NaN of one that is not.
export const markerIn = (piece) => Number(/^\s*\[(\d+)\]$/.exec(piece)?.[1]);

export const withoutMarks = (text, markers) =>
  pieces(text).filter((piece) => !markers.includes(markerIn(piece))).join("");
