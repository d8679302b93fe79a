// Makes large photos smaller before they are sent, which also leaves out what a camera wrote in them.
// Whatever goes wrong, the photo goes as it is; the receiver looks at every file anyway.

const KINDS = ['image/jpeg', 'image/png', 'image/webp'];
// Enough to read a letter of one page; most phones make twice as many.
const LONGEST_SIDE = 2560;
const LARGE_BYTES = 2 * 1024 * 1024;
const QUALITY = 0.85;

async function smaller(file) {
  if (!KINDS.includes(file.type)) return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= LARGE_BYTES) return file;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, file.type, QUALITY));
  // A browser that cannot write a kind writes PNG instead.
  if (!blob || blob.type !== file.type || blob.size >= file.size) return file;
  return new File([blob], file.name, { type: file.type, lastModified: file.lastModified });
}

async function shrink(input, status, isLatest) {
  const files = [...input.files];
  status.textContent = '';
  if (!files.some((file) => KINDS.includes(file.type))) return;
  status.textContent = status.dataset.working;
  const made = await Promise.all(files.map((file) => smaller(file).catch(() => file)));
  if (!isLatest()) return;
  const count = made.filter((file, at) => file !== files[at]).length;
  status.textContent = '';
  if (count === 0) return;
  const transfer = new DataTransfer();
  made.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  const words = count === 1 ? status.dataset.one : status.dataset.other;
  status.textContent = words.replace('{count}', count);
}

for (const status of document.querySelectorAll('[data-shrink]')) {
  const input = status.parentElement?.querySelector('input[type="file"]');
  // Whoever chooses other files meanwhile starts a run of their own, and only that one counts.
  let runs = 0;
  input?.addEventListener('change', () => {
    runs += 1;
    const run = runs;
    shrink(input, status, () => run === runs).catch(() => {
      status.textContent = '';
    });
  });
}
