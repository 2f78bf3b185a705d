/** A cat that looks over its laptop: two ears, a head, a lid with a leaf of catnip on it. */
export const Logo = ({ size = 32 }: { readonly size?: number }) => (
  <svg class="cat" width={size} height={size} viewBox="0 0 64 64" fill="currentColor" aria-hidden="true">
    <path d="M15 6.500c.300-2 2.400-2.900 4-1.700l8 6.100a22 22 0 0110 0l8-6.100c1.600-1.200 3.700-.300 4 1.700l1.800 13.200A20 20 0 0153 28v4H11v-4a20 20 0 012.200-8.300z" />
    <circle cx="24" cy="23.500" r="3.200" fill="var(--ground)" />
    <circle cx="40" cy="23.500" r="3.200" fill="var(--ground)" />
    <path d="M29.600 28.400h4.800L32 31z" fill="var(--ground)" />
    <path d="M9 35a4 4 0 014-4h38a4 4 0 014 4v18H9z" stroke="var(--ground)" stroke-width="3" />
    <path d="M3 53.500h58v1.500a5 5 0 01-5 5H8a5 5 0 01-5-5z" />
    <path
      d="M32 49c-5-2-7.500-5.600-6.500-10.500 3 .3 5.300 1.500 6.500 3.700 1.200-2.200 3.500-3.400 6.500-3.700C39.500 43.400 37 47 32 49z"
      fill="var(--ground)"
    />
  </svg>
)
