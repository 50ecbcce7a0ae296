export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 512 512" aria-hidden="true">
      <rect width="512" height="512" rx="112" fill="var(--accent)" />
      <path
        d="M128 152a40 40 0 0 1 40-40h176a40 40 0 0 1 40 40v136a40 40 0 0 1-40 40H232l-72 64v-64a32 32 0 0 1-32-32z"
        fill="var(--on-accent)"
      />
      <path
        d="m200 222 40 40 76-80"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="34"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
