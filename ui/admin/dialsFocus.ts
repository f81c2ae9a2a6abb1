/** The id of the field that takes the focus when somebody asks for the dials. */
export const DIALS_FOCUS = "dials-first";
