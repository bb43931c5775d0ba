"""A home network: addresses of its own, behind each of which is a simulated gateway or nothing."""

from collections.abc import Sequence
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, socket

from aiohappyeyeballs import start_connection
from aiohappyeyeballs.types import AddrInfoType

from tests.simulator import GatewaySimulator

LOOPBACK = "127.0.0.1"
HTTPS_PORT = 443


class Network(dict[str, GatewaySimulator]):
    """Maps IP addresses to gateways.

    Connections to port 443 of such an address reach the simulator, those to this machine go on as they are, all others
    are refused.
    """

    async def start_connection(self, addr_infos: Sequence[AddrInfoType], **_options: object) -> socket:
        """Stand in for what aiohttp opens its connections with."""
        address, port = addr_infos[0][4][:2]
        if address in self and port == HTTPS_PORT:
            target = (LOOPBACK, self[str(address)].port)
            return await start_connection([(AF_INET, SOCK_STREAM, IPPROTO_TCP, "", target)])
        if address == LOOPBACK:
            return await start_connection(addr_infos)
        raise ConnectionRefusedError("nobody is there")
