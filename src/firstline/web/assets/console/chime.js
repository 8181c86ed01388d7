// Two soft notes, made here: no file. Silent until switched on would miss the one chat that matters, so it starts on;
// browsers play it only after the page was touched once.
let context = null;
export const soundOn = () => { try { return localStorage.getItem("fl_sound") !== "off"; } catch { return true; } };
export const setSound = (on) => { try { localStorage.setItem("fl_sound", on ? "on" : "off"); } catch { /* this page only */ } };

export function chime() {
  if (!soundOn() || !navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  [660, 880].forEach((pitch, i) => {
    const start = context.currentTime + i * 0.14;
    const tone = context.createOscillator(), volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.08, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.4);
  });
}
