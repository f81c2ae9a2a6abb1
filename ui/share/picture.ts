import { download } from "./download.ts";
import { drawingOf } from "./drawing.ts";
import type { Drawing } from "./drawing.ts";

/** What there is a picture of, and where it is on the page. */
export const PICTURES = {
  cluster: { name: "cluster", selector: 'section[aria-label="Cluster"]' },
  lanes: { name: "space-time diagram", selector: ".lanes" },
} as const;

export type PictureName = keyof typeof PICTURES;

/** Saves it and says so, or why not. Dots on a pixel: what a good screen shows. */
export async function savePicture(
  what: PictureName,
  format: "SVG" | "PNG",
  title: string,
  fileName: string,
): Promise<string> {
  const { name, selector } = PICTURES[what];
  const root = document.querySelector(selector);
  if (root === null) return `The ${name} is not on this screen.`;
  const drawing = await drawingOf(root, title);
  if (format === "SVG") {
    const file = `${fileName}-${what}.svg`;
    download(file, drawing.text, "image/svg+xml");
    return `${file} saved.`;
  }
  const canvas = await paint(drawing, PNG_SCALE);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (blob === null) return "This browser could not paint the picture.";
  const file = `${fileName}-${what}.png`;
  download(file, blob);
  return `${file} saved.`;
}

const PNG_SCALE = 2;

/** The picture as pixels. */
async function paint({ text, width, height }: Drawing, scale: number): Promise<HTMLCanvasElement> {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    URL.revokeObjectURL(url);
  }
}
