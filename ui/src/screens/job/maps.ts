// Hand-over to the phone's map app. Positions are WGS-84 and said to be so: AMap's `dev=1` and Baidu's
// `coord_type=wgs84` shift them to their own datum. The general link goes by address, as each app reads it.
import type { Site } from '@jobsheet/model';

const degrees = (e6: number) => (e6 / 1_000_000).toFixed(6);

export function mapLinks(site: Site, ios = /iPhone|iPad/.test(navigator.userAgent)) {
  const name = encodeURIComponent(site.name || site.address);
  const address = encodeURIComponent(site.address);
  const scheme = ios ? 'iosamap' : 'androidamap';
  const at = site.position && {
    lat: degrees(site.position.lat_e6),
    lon: degrees(site.position.lon_e6),
  };
  return {
    amap: at
      ? `${scheme}://navi?sourceApplication=Jobsheet&poiname=${name}&lat=${at.lat}&lon=${at.lon}&dev=1&style=2`
      : `${scheme}://${ios ? 'path' : 'route'}?sourceApplication=Jobsheet&dname=${address}&t=0`,
    baidu: at
      ? `baidumap://map/direction?destination=latlng:${at.lat},${at.lon}|name:${name}&coord_type=wgs84&mode=driving&src=jobsheet`
      : `baidumap://map/direction?destination=${address}&mode=driving&src=jobsheet`,
    other: ios ? `maps://?daddr=${address}` : `geo:0,0?q=${address}`,
  };
}
